/** Names under which Nest hands out what is an interface, and so has no class to be named by. */
export const EVENT_STORE = Symbol('EventStore');
/** Which process runs a saga or the sweeper. */
export const LEADERSHIP = Symbol('Leadership');
export const KEY_RING = Symbol('KeyRing');
export const SPEECH_TO_TEXT = Symbol('SpeechToText');
export const LANGUAGE_MODEL = Symbol('LanguageModel');
export const EMBEDDER = Symbol('Embedder');
export const MEDIA = Symbol('Media');
export const OBJECT_STORAGE = Symbol('ObjectStorage');
/** Secret of the installation that ids of chats and accounts are made with. */
export const TELEGRAM_ID_SECRET = Symbol('TelegramIdSecret');
/** Files of a chat; undefined where no bot is configured. */
export const CHAT_FILES = Symbol('ChatFiles');
/** Whether words of new passages can be searched, see `SearchedReadModels`. */
export const SEARCHED_READ_MODELS = Symbol('SearchedReadModels');
export const CATALOGUE = Symbol('Catalogue');
/** Age in milliseconds at which an object that no event names is removed. */
export const SWEEP_AFTER_MS = Symbol('SweepAfterMs');
