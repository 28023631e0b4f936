export * from './chat-files';
export * from './telegram/telegram-files';
