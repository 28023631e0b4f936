import {
  CHAIN_START,
  ChainEnd,
  EventTampered,
  everyEvent,
  followChain,
  verifyHash,
} from '@voxpersona/event-store';
import { Command } from 'commander';
import { withFoundation } from './with-foundation';

/** `vox audit …` */
export function auditCommands(): Command {
  const audit = new Command('audit').description('Proof that the log is what it was');
  audit.command('verify').description("Check every event's hash and every stream's chain.").action(verify);
  return audit;
}

async function verify(): Promise<void> {
  const { events, streams } = await withFoundation(async ({ store }) => {
    const ends = new Map<string, ChainEnd>();
    let count = 0;
    for await (const event of everyEvent(store)) {
      verifyHash(event);
      ends.set(event.stream, followChain(ends.get(event.stream) ?? CHAIN_START, event));
      count += 1;
    }
    return { events: count, streams: ends.size };
  }).catch((error: unknown) => {
    throw error instanceof EventTampered ? new Error(`BROKEN: ${error.message}`) : error;
  });
  console.log(`Verified ${events} events of ${streams} streams: every hash and every link holds.`);
}
