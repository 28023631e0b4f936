import { sealerOf } from '@voxpersona/composition';
import { checkProof, eventProof, proveEvent, SealVerifier, verifyLog } from '@voxpersona/event-store';
import { SealFile } from '@voxpersona/pipeline';
import { Command } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { progressLine } from './progress-line';
import { withFoundation } from './with-foundation';

/** `vox audit …` */
export function auditCommands(): Command {
  const audit = new Command('audit').description('Proof that the log is what it was; see docs/audit.md');
  audit
    .command('verify')
    .description(
      "Check every event's hash, every stream's chain, every seal, and that the log leads to them.",
    )
    .option('--seals <file>', 'also check seals that were kept elsewhere')
    .option('--json', 'one JSON document')
    .action(verify);
  audit
    .command('seal')
    .description('Seal the log as it is now. A running server does so every minute.')
    .action(seal);
  audit
    .command('key')
    .description('The public key that seals are checked with: keep it elsewhere.')
    .action(async () =>
      console.log(await withFoundation(({ sealSigner }) => Promise.resolve(sealSigner.verifier.publicKey))),
    );
  audit
    .command('prove <event>')
    .description('Write a proof that this event was in the log when it was sealed.')
    .option('--out <file>', 'where to; default: standard output')
    .action(prove);
  audit
    .command('check <proof>')
    .description('Check such a proof. Needs no database.')
    .option('--public-key <key>', 'the key that is known; default: the one that the proof names')
    .action(check);
  return audit;
}

async function verify({ seals, json }: { seals?: string; json?: boolean }): Promise<void> {
  const kept = seals === undefined ? [] : await new SealFile(seals).read();
  const line = progressLine(process.stderr);
  const verified = await withFoundation(({ store, pool, sealSigner }) =>
    verifyLog({
      ...{ store, pool, kept, verifier: sealSigner.verifier },
      onProgress: (events) => line.show(`verified ${events} events`),
    }),
  ).finally(() => line.end());
  if (json) {
    console.log(JSON.stringify(verified));
    return;
  }
  const { events, streams, seals: count, sealedEvents, listOfSealedEvents } = verified;
  console.log(
    `Verified ${events} events of ${streams} streams: every hash and every link holds.\n` +
      `${count} seals cover the first ${sealedEvents} of them.`,
  );
  if (!listOfSealedEvents) {
    console.log(
      'The list of sealed events was changed: should the log break, no single event could be named.',
    );
  }
}

async function seal(): Promise<void> {
  const made = await withFoundation((foundation) => sealerOf(foundation).sealNow());
  console.log(
    made
      ? `Sealed ${made.treeSize} events: root ${made.rootHash}, signed by ${made.keyId}.`
      : 'Nothing has been recorded since the last seal.',
  );
}

async function prove(eventId: string, { out }: { out?: string }): Promise<void> {
  const proof = await withFoundation(({ store, sealSigner }) =>
    proveEvent(store, sealSigner.verifier, eventId.toLowerCase()),
  );
  const text = `${JSON.stringify(proof, null, 2)}\n`;
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text, { flag: 'wx' });
}

function check(path: string, { publicKey }: { publicKey?: string }): void {
  const parsed = eventProof.safeParse(readJson(path));
  if (!parsed.success) throw new ProofRefused('this is no proof of an event');
  const proof = parsed.data;
  const problem = checkProof(publicKey === undefined ? proof : { ...proof, publicKey });
  if (problem !== null) throw new ProofRefused(problem);
  const { event, seal: made, leaf } = proof;
  console.log(
    `${event.type} ${event.id}, event ${event.revision} of ${event.stream}, was event ${leaf + 1} of the log ` +
      `when it was sealed at ${made.sealedAt} by the key ${SealVerifier.of(proof.publicKey).keyId}.`,
  );
  if (publicKey === undefined) {
    console.log(`Compare the key with the one that you know: ${proof.publicKey}`);
  }
}

/** A proof that proves nothing. */
export class ProofRefused extends Error {
  constructor(reason: string) {
    super(`REFUSED: ${reason}`);
    this.name = 'ProofRefused';
  }
}

function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new ProofRefused('the file holds no JSON');
  }
}
