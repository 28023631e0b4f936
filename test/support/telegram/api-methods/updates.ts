import { Parameters } from '../parameters';
import { badRequest, conflict } from '../refusal';
import { ApiMethod, Desk } from './method';

const DEFAULT_CONNECTIONS = 40;
const MOST_CONNECTIONS = 100;

const getUpdates: ApiMethod = ({ world, poll, webhook }, parameters, signal) => {
  if (webhook.settings)
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  allow({ world }, parameters);
  const offset = parameters.integer('offset') ?? 0;
  const limit = parameters.integer('limit') ?? 0;
  const timeoutSeconds = parameters.integer('timeout') ?? 0;
  return poll.poll({ offset, limit, timeoutSeconds }, signal);
};

const setWebhook: ApiMethod = (desk, parameters, signal) => {
  const url = parameters.text('url');
  if (url === '') return deleteWebhook(desk, parameters, signal);
  judgeUrl(url);
  const secretToken = parameters.text('secret_token');
  if (!/^[\w-]{0,256}$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');
  const { poll, webhook, world } = desk;
  allow(desk, parameters);
  if (parameters.flag('drop_pending_updates')) world.updates.clear();
  poll.terminate(conflict('terminated by setWebhook request'));
  const asked = parameters.integer('max_connections') ?? DEFAULT_CONNECTIONS;
  const maxConnections = Math.min(Math.max(asked, 1), MOST_CONNECTIONS);
  webhook.set({ url, secretToken, maxConnections, certificate: parameters.file('certificate')?.bytes });
  return true;
};

const deleteWebhook: ApiMethod = ({ webhook, world }, parameters) => {
  if (parameters.flag('drop_pending_updates')) world.updates.clear();
  webhook.stop();
  return true;
};

const getWebhookInfo: ApiMethod = ({ webhook: { settings, lastError }, world: { updates } }) => ({
  url: settings?.url ?? '',
  has_custom_certificate: settings?.certificate !== undefined,
  pending_update_count: updates.all.length,
  ...(settings ? { max_connections: settings.maxConnections } : {}),
  ...(updates.allowedUpdates ? { allowed_updates: updates.allowedUpdates } : {}),
  ...(lastError
    ? { last_error_date: Math.floor(lastError.at / 1_000), last_error_message: lastError.message }
    : {}),
});

const getMe: ApiMethod = ({ world }) => ({
  ...world.botWire(),
  can_join_groups: true,
  can_read_all_group_messages: !world.bot.privacyMode,
  supports_inline_queries: false,
});

const getFile: ApiMethod = ({ world }, parameters) => {
  const fileId = parameters.text('file_id');
  if (fileId === '') throw badRequest('file_id not specified');
  const { file, path } = world.files.path(fileId);
  return { file_id: fileId, file_unique_id: file.uniqueId, file_size: file.size, file_path: path };
};

/** What is not said stays as it was. */
function allow({ world }: Pick<Desk, 'world'>, parameters: Parameters): void {
  const kinds = parameters.json('allowed_updates', 'allowed updates');
  if (Array.isArray(kinds)) world.updates.allow(kinds.map(String));
}

function judgeUrl(url: string): void {
  if (!URL.canParse(url)) throw badRequest('bad webhook: Wrong HTTP URL');
  const { protocol, hostname } = new URL(url);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) return;
  throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
}

export const updateMethods = { getUpdates, setWebhook, deleteWebhook, getWebhookInfo, getMe, getFile };
