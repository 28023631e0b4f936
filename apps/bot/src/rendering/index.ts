export * from './calendar';
export * from './format-time';
export * from './markdown-to-telegram';
export * from './paragraphs';
export * from './preview';
export * from './shortened';
export * from './split-text';
export * from './telegram-html';
