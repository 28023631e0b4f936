/**
 * What recognisers that learned from subtitles say of silence and noise: thanks to an audience that is not there, and
 * who made the subtitles. Lower case, letters and digits only.
 */
const PHRASES: readonly RegExp[] = [
  /^(thanks?|thank you)( (so|very) much)?( (guys|everyone|all))? for (watching|viewing|listening)( .*)?$/u,
  /^(please )?(like|subscribe)( (and|to) .*)?$/u,
  /^(please )?don t forget to (like|subscribe)( .*)?$/u,
  /^(see you|bye) (in the next (video|one|episode)|next time)$/u,
  /^(subtitles?|captions?|transcri(bed|ption)|translat(ed|ion))( (provided|made))? by .*$/u,
  /^subtitles by the amara org community$/u,
  /^(silence|music|applause|blank audio|no speech|inaudible)$/u,
  /^субтитры (сделал|создавал|подогнал|делал|добавил|создал|и перевод)\p{L}*( .*)?$/u,
  /^редактор субтитров( .*)?$/u,
  /^(спасибо за (просмотр|внимание|подписку)|продолжение следует|подписывайтесь на (мой |наш )?канал).*$/u,
  /^(музыка|аплодисменты|тишина|динамичная музыка|спокойная музыка)$/u,
  /^(untertitel|untertitelung)( (der|von|im auftrag) .*| amara org.*)$/u,
  /^(vielen dank|danke)( fürs| für das| für)? (zuschauen|zusehen)$/u,
  /^(merci d avoir regardé|sous titres|sous titrage)( .*)?$/u,
  /^(gracias por ver|subtítulos (por|realizados|de))( .*)?$/u,
];

/** True for a text that is nothing but such a phrase. */
export function isStockPhrase(text: string): boolean {
  const plain = normalise(text);
  return plain !== '' && PHRASES.some((phrase) => phrase.test(plain));
}

/** Lower case, letters and digits, single spaces. */
export function normalise(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
