import { charactersOf } from '../judge-text';
import { Parameters } from '../parameters';
import { badRequest } from '../refusal';
import { Wire } from '../types';
import { MenuCommand } from './command-menus';
import { ApiMethod, Desk } from './method';

const SCOPES = [
  ...['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators'],
  ...['chat', 'chat_administrators', 'chat_member'],
];
const MOST_COMMANDS = 100;

const setMyCommands: ApiMethod = (desk, parameters) => {
  const { scope, languageCode } = listOf(desk, parameters);
  const given = parameters.json('commands', 'commands');
  if (!Array.isArray(given)) throw badRequest('expected an Array of BotCommand');
  if (given.length > MOST_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  desk.menus.set(scope, languageCode, given.map(readCommand));
  return true;
};

const getMyCommands: ApiMethod = (desk, parameters) => {
  const { scope, languageCode } = listOf(desk, parameters);
  return desk.menus.get(scope, languageCode);
};

const deleteMyCommands: ApiMethod = (desk, parameters) => {
  const { scope, languageCode } = listOf(desk, parameters);
  desk.menus.delete(scope, languageCode);
  return true;
};

function listOf({ world }: Desk, parameters: Parameters): { scope: Wire; languageCode: string } {
  const scope = parameters.object('scope', 'bot command scope') ?? { type: 'default' };
  if (!SCOPES.includes(String(scope.type)))
    throw badRequest("can't parse BotCommandScope: unsupported type specified");
  if (String(scope.type).startsWith('chat')) world.chat(Number(scope.chat_id));
  const languageCode = parameters.text('language_code');
  if (languageCode !== '' && !/^[a-z]{2}$/.test(languageCode))
    throw badRequest('invalid language code specified');
  return { scope, languageCode };
}

function readCommand(given: unknown): MenuCommand {
  const { command, description } = (given ?? {}) as Wire;
  const name = typeof command === 'string' ? command.replace(/^\//, '') : '';
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID');
  if (typeof description !== 'string' || description === '' || charactersOf(description) > 256)
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  return { command: name, description };
}

export const commandMethods = { setMyCommands, getMyCommands, deleteMyCommands };
