export { BotModule, botTokenOf } from './bot.module';
export { BotRunner } from './bot-runner';
export { botIdOf } from './tokens';
export { Webhook, WEBHOOK_PATH } from './transport/webhook';
