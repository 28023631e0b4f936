import { DOMAIN_EVENTS } from '@voxpersona/domain';
import { EventFilter, START, StoredEvent } from '@voxpersona/event-store';
import { Command, InvalidArgumentError } from 'commander';
import { once } from 'node:events';
import { withFoundation } from './with-foundation';

interface Options {
  stream?: string;
  type?: string;
  correlation?: string;
  actor?: string;
  limit?: number;
  json?: boolean;
}

/** `vox events` */
export function eventsCommand(): Command {
  return new Command('events')
    .description('Events of the log, of all workspaces, oldest first. What is personal in them stays sealed.')
    .option('--stream <name>', 'only this stream, or those that begin so')
    .option('--type <type>', 'only this type', toType)
    .option('--correlation <id>', 'only what came of this request')
    .option('--actor <id>', 'only of this key, member, saga or operator')
    .option('--limit <number>', 'at most so many', toCount)
    .option('--json', 'one JSON document per line')
    .action(list);
}

async function list({
  stream,
  type,
  correlation,
  actor,
  limit = Infinity,
  json = false,
}: Options): Promise<void> {
  const filter: EventFilter = {
    ...(stream !== undefined && { streamPrefixes: [stream] }),
    ...(type !== undefined && { types: [type] }),
  };
  const isWanted = ({ metadata }: StoredEvent): boolean => {
    const { id, member } = metadata.actor as { id?: string; member?: string };
    return (
      (correlation === undefined || metadata.$correlationId === correlation) &&
      (actor === undefined || id === actor || member === actor)
    );
  };
  await withFoundation(async ({ store }) => {
    let shown = 0;
    for (let after = START, atEnd = false; !atEnd && shown < limit;) {
      const page = await store.readAll({ after, filter });
      for (const event of page.events) {
        if (shown >= limit) return;
        if (!isWanted(event)) continue;
        shown += 1;
        await print(json ? JSON.stringify({ ...event, position: event.position.toString() }) : lineOf(event));
      }
      after = page.position;
      ({ atEnd } = page);
    }
  });
}

function lineOf({ id, type, stream, revision, position, metadata }: StoredEvent): string {
  const { actor, recordedAt } = metadata as { actor: { kind: string; id: string }; recordedAt: string };
  return `${position}  ${recordedAt}  ${type}  ${stream} ${revision}  by ${actor.kind} ${actor.id}  ${id}`;
}

/** As fast as whoever reads it takes it. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

function toType(type: string): string {
  if (DOMAIN_EVENTS.has(type)) return type;
  throw new InvalidArgumentError(`Types are: ${[...DOMAIN_EVENTS.keys()].sort().join(', ')}.`);
}

export function toCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It takes a whole number, 1 or more.');
}
