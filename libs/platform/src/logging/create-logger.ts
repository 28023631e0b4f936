import { ConsoleLogger, LogLevel } from '@nestjs/common';
import { isatty } from 'node:tty';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];

/** Nest tells every module and route that it sets up: of use to Nest's developers. */
const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

class ApplicationLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context !== 'string' || !FRAMEWORK.has(context)) super.log(message, ...rest);
  }
}

/** The application's logger: lines for people, or JSON for machines. */
export function createLogger(options: {
  level: 'error' | 'warn' | 'log' | 'debug';
  format: 'text' | 'json';
}): ConsoleLogger {
  return new ApplicationLogger({
    json: options.format === 'json',
    prefix: 'VoxPersona',
    // Not stdout.isTTY: it is undefined where there is no terminal, and undefined means "with colours" to Nest.
    colors: options.format === 'text' && isatty(1),
    logLevels: LEVELS.slice(0, LEVELS.indexOf(options.level) + 1),
  });
}
