const ENGLISH = `a about after again all also am an and any are as at be because been before being but by can come could
  did do does doing done down for from get give go going got had has have having he her here hers him his how i if in
  into is it its just know like made make many me more most much my no not now of off on once one only or other our out
  over really said same say see she should so some such take tell than thank that the their them then there these they
  thing things think this those to too two up us very want was way we well went were what when where which while who
  why will with would yeah yes you your yours okay oh um uh good morning hello sorry please time long`;

const RUSSIAN = `а без бы был была были было быть в вам вас ваш вы всё все вот да для до его её ее если есть ещё еще же
  за здесь и из или им их к как какой когда кто ли лучше меня мне мой мы на над надо наш не него нет ни но ну о об он она
  они оно от очень по под после потом потому при про просто с сам свой себя сейчас со так также такой там те тем тогда
  то того тоже только том тот ты у уже хорошо хотя чем что чтобы эта эти это этого этот я спасибо здравствуйте`;

/** Words that carry no topic of their own, of both languages: a transcript may mix them. */
export const STOP_WORDS: ReadonlySet<string> = new Set(`${ENGLISH} ${RUSSIAN}`.split(/\s+/));
