import { ConsoleLogger, LogLevel } from '@nestjs/common';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];

/** The application's logger: lines for people, or JSON for machines. */
export function createLogger(options: {
  level: 'error' | 'warn' | 'log' | 'debug';
  format: 'text' | 'json';
}): ConsoleLogger {
  return new ConsoleLogger({
    json: options.format === 'json',
    colors: options.format === 'text' && process.stdout.isTTY,
    logLevels: LEVELS.slice(0, LEVELS.indexOf(options.level) + 1),
  });
}
