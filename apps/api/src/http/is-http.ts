import { ArgumentsHost } from '@nestjs/common';

/** Whether something came over HTTP. Updates of Telegram pass the same guards, and have rules of their own (apps/bot). */
export function isHttp(context: ArgumentsHost): boolean {
  return context.getType() === 'http';
}
