/** Words for sounds that are not speech, as recognisers write them between brackets, in the languages seen so far. */
const NOISES = [
  'musics?|songs?|sing(s|ing)?|instrumental|jingle|bgm|melod(y|ies)|hum(s|ming)|whistl(e|es|ing)|beatbox(es|ing)?',
  'applau(se|ds?|ding)|clap(s|ping)?|cheer(s|ing)?|laugh(s|ing|ter)?|chuckl(e|es|ing)|giggl(e|es|ing)|snicker(s|ing)?',
  'cough(s|ing)?|sneez(e|es|ing)|sniff(s|ing|les?|ling)?|snor(e|es|ing)|sigh(s|ing)?|gasp(s|ing)?|throat|gulps?',
  'breath(s|es|ing)?|breathes|inhal(e|es|ing)|exhal(e|es|ing)|yawn(s|ing)?|groan(s|ing)?|grunt(s|ing)?|moan(s|ing)?',
  'cries|crying|sob(s|bing)?|scream(s|ing)?|shout(s|ing)?|yell(s|ing)?|mumbl(e|es|ing)|mutter(s|ing)?|murmur(s|ing)?',
  'whisper(s|ing)|chatter(s|ing)?|crosstalk|inaudible|unintelligible|indistinct|indiscernible|speaking|speaks',
  'nois(e|es|y)|static|silen(ce|t)|beep(s|ing)?|bleep(s|ing)?|ring(s|ing)|click(s|ing)?|buzz(es|ing)?|footsteps?',
  'knock(s|ing)?|typing|rustl(e|es|ing)|bark(s|ing)|chirp(s|ing)?|sirens?|thuds?|thunder|explosions?|gunshots?',
  'squeak(s|ing)?|creak(s|ing)?|slam(s|ming)?|rumbl(e|es|ing)|whoosh(es|ing)?|crackl(e|es|ing)',
  'музык\\p{L}*|песн\\p{L}*|пени[ея]|по[её]т|аплодисмент\\p{L}*|смех|сме[её]тся|смеются|каш(ель|ляет)|шум\\p{L}*',
  'тишин\\p{L}*|вздох\\p{L}*|вздыхает|стук\\p{L}*|плач\\p{L}*|крик\\p{L}*|свист\\p{L}*|неразборчиво|гудок|гудки|звон\\p{L}*',
  'музик\\p{L}*|сміх|сміється|оплески|тиша',
  'musik|gesang|singt|applaus|klatschen|gelächter|lacht|lachen|husten|hustet|räuspern|räuspert|seufzt|seufzen|stille',
  'geräusche?|unverständlich|rauschen',
  'musique|chant|chante|applaudissements?|rires?|rit|toux|tousse|bruits?|soupirs?|soupire',
  'músicas?|musica|canción|canta|aplausos?|risas?|ríe|tos|tose|silencio|ruidos?|suspir[ao]s?|ininteligible|inaudibles?',
  'applausi|risate|ride|tosse|silenzio|rumor[ei]|risos?|silêncio|ruídos?|muziek|gelach|stilte|applaus|muzyka|śmiech|oklaski',
  'cisza|müzik|alkış|gülme|hudba|smích|potlesk|skratt|applåder|tystnad',
  'เพลง|ดนตรี|เสียง\\p{L}*|ปรบมือ|âm|nhạc|tiếng|vỗ|tay|무음|침묵|तालियाँ|हँसी|gülüşme|musikk|musiikkia|zene|taps',
  '音乐|音樂|音楽|掌声|掌聲|笑声|笑聲|拍手|笑い?|無音|静音|咳|음악|박수|웃음|موسيقى|تصفيق|ضحك|संगीत|μουσική|מוזיקה',
];

/** Words that describe such a sound and prove nothing by themselves. */
const DESCRIPTIONS = [
  'a|an|the|of|in|on|off|to|and|no|some|end|ends|ending|start|starts|begin|begins|continue|continues|stop|stops|fades?|out',
  'soft|softly|gentle|quiet|quietly|loud|loudly|upbeat|dramatic|slow|fast|light|lively|calm|heavy|heavily|faint|distant',
  'tense|sad|happy|ominous|eerie|suspenseful|deep|deeply|nervous|nervously|background|ambient|theme|intro|outro|opening',
  'closing|playing|plays|piano|guitar|rock|pop|jazz|electronic|classical|orchestral|audience|crowd|people|everyone|man',
  'woman|men|women|child|children|baby|speakers?|he|she|they|foreign|language|languages|audio|sounds?|speech|voices?|phone',
  'telephone|doors?|dogs?|birds?|bells?|engine|wind|keyboard|clears?|clearing|conversations?',
  'тихая|тихий|спокойная|громкая|громкий|динамичная|вес[её]лая|грустная|тревожная|лирическая|фоновая|фоновый|играет|звучит',
  'звуки?|голоса?|шаги|в|на|и|фоне|зале|двер[ьи]|телефона?',
  'leise|laute?|sanfte|ruhige|spannende|im|hintergrund|der|die|das|douce|de|du|fond|suave|di|sottofondo|fundo',
];

/** Whole markers that hold no such word. */
const PHRASES = [
  'blank audio|no (audio|speech|sound)|end of (audio|recording|playback|tape|file)|foreign( language| speech)?|pause',
  'sounds?|audio|unk|nospeech|endoftext|startoftranscript|blank|spn|nsn|sil|pad|silent|skip',
];

const isNoise = new RegExp(`^(${NOISES.join('|')})$`, 'u');
const isDescription = new RegExp(`^(${DESCRIPTIONS.join('|')})$`, 'u');
const isPhrase = new RegExp(`^(${PHRASES.join('|')})$`, 'u');

/** True for words that name a sound and nothing else: "soft music", "audience laughing". Lower case, single spaces. */
export function namesANoise(plain: string): boolean {
  if (isPhrase.test(plain)) return true;
  const words = plain.split(' ');
  return (
    words.some((word) => isNoise.test(word)) &&
    words.every((word) => isNoise.test(word) || isDescription.test(word))
  );
}
