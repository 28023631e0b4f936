import { NodeFault } from '@test/eventstoredb/node-fault';
import { describeFaults } from '@test/outcomes/describe-faults';
import { describeKills } from '@test/outcomes/describe-kills';
import { NetworkFault, openFakeNodeWorld, openRealNodeWorld } from '@test/outcomes/eventstoredb-world';
import { NamedFault } from '@test/outcomes/outcome-world';
import { openPostgresWorld } from '@test/outcomes/postgres-world';
import { CommitFault } from '@test/postgres/commit-fault';
import { proofSize } from '@test/proof-size';

const others = proofSize({ short: 'one', full: 'all' } as const);

const commit = (
  name: string,
  ms: number,
  meanwhile: CommitFault['meanwhile'],
  when: CommitFault['commit'] = 'done',
): NamedFault<CommitFault> => ({ name, fault: { commit: when, meanwhile, ms } });

describeFaults('PostgreSQL, when the answer to an append is lost', {
  open: openPostgresWorld,
  table: [
    commit('and connections are refused for 0.3 s', 300, 'refused'),
    commit('which arrives 0.5 s later', 500, 'refused', 'late'),
    ...proofSize({
      short: [],
      full: [
        commit('and connections break', 0, 'refused'),
        commit('and the database recovers for 0.4 s', 400, 'recovering'),
        commit('and connections are refused for 2 s', 2_000, 'refused'),
        commit('and connections are refused for 8 s', 8_000, 'refused'),
        commit('and the database recovers for 3 s', 3_000, 'recovering'),
        commit('which arrives 2 s later', 2_000, 'recovering', 'late'),
        commit('which never arrives', 2_000, 'refused', 'never'),
        commit('as those to all others are for 2 s', 2_000, 'unanswered'),
      ],
    }),
  ],
  others,
  more: {
    unsent: { commit: 'refused', meanwhile: 'refused', ms: 1_000 },
    unanswered: { commit: 'done', meanwhile: 'unanswered', ms: 2_000 },
    atFirstStart: { commit: 'done', meanwhile: 'refused', ms: 300 },
  },
});

const node = (
  name: string,
  ms: number,
  meanwhile: NodeFault['meanwhile'],
  append: NodeFault['append'] = 'written',
  answer: NodeFault['answer'] = 'cut',
): NamedFault<NodeFault> => ({ name, fault: { append, answer, meanwhile, ms } });

const fakeNode = {
  open: openFakeNodeWorld,
  table: [
    node('and the node does not lead for 0.4 s', 400, 'not_leader'),
    node('which is written 1 s later', 1_000, 'not_leader', 'written_later'),
    ...proofSize({
      short: [],
      full: [
        node('and the node is away for a moment', 0, 'away'),
        node('and the node is away for 0.3 s', 300, 'away'),
        node('and the node is away for 2 s', 2_000, 'away'),
        node('and the node is away for 8 s', 8_000, 'away'),
        node('and the node does not lead for 3 s', 3_000, 'not_leader'),
        node('which is written 3 s later', 3_000, 'not_leader', 'written_later', 'silent'),
        node('which is written when the node is back after 2 s', 2_000, 'away', 'written_later'),
        node('which is truncated 1 s later', 1_000, 'not_leader', 'truncated_later'),
        node('which is truncated 3 s later', 3_000, 'not_leader', 'truncated_later', 'silent'),
        node('as those to all others are for 2 s', 2_000, 'unanswered'),
      ],
    }),
  ],
  others,
  more: {
    unsent: node('', 1_000, 'not_leader', 'refused').fault,
    unanswered: node('', 2_000, 'unanswered').fault,
    atFirstStart: node('', 400, 'not_leader').fault,
  },
};

const network = (name: string, ms: number): NamedFault<NetworkFault> => ({
  name,
  fault: { append: 'written', answer: 'cut', meanwhile: 'away', ms },
});

const realNode = process.env.EVENTSTORE_URL;
if (realNode === undefined) {
  describeFaults('EventStoreDB (a fake node), when the answer to an append is lost', fakeNode);
} else {
  describeFaults('EventStoreDB, when the answer to an append is lost', {
    open: () => openRealNodeWorld(realNode),
    table: [
      network('and connections break', 0),
      network('and connections are refused for 0.3 s', 300),
      ...proofSize({
        short: [],
        full: [
          network('and connections are refused for 2 s', 2_000),
          network('and connections are refused for 8 s', 8_000),
        ],
      }),
    ],
    others,
  });
}

describeKills('PostgreSQL, when its backends are killed in the middle of a COMMIT', {
  kills: proofSize({ short: 3, full: 50 }),
  atOnce: 16,
});
