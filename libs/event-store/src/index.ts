export * from './port/event-store';
export * from './port/errors';
export * from './port/every-event';
export * from './port/position-token';
export * from './codec/canonical-json';
export * from './codec/event-codec';
export * from './codec/hash-chain';
export * from './codec/metadata';
export * from './codec/sealing';
export * from './key-ring/key-ring';
export * from './key-ring/postgres-key-ring';
export * from './outcomes/append-until-known';
export * from './outcomes/nothing-appended';
export * from './outcomes/store-transient';
export * from './actors/actors';
export { UnknownEventInStream } from './actors/read-forward';
export * from './reader/log-event';
export * from './reader/log-reader';
export { passes } from './reader/log-tail';
export * from './subscriptions/checkpointed-consumer';
export * from './subscriptions/checkpointed-runner';
export * from './subscriptions/leadership';
export * from './subscriptions/log-follower';
export {
  CHECKPOINT_MIGRATIONS,
  CheckpointAhead,
  CheckpointFenced,
  CHECKPOINTS_CHANNEL,
  deleteCheckpoint,
  listCheckpoints,
  moveCheckpoint,
  moveCheckpoints,
  type NamedCheckpoint,
  readCheckpoint,
  takeCheckpoint,
  takeForBuild,
  writeCheckpoint,
} from './subscriptions/checkpoints';
export { openAppendPool } from './postgres/append-pool';
export * from './postgres/migrations';
export * from './postgres/postgres-event-store';
export * from './subscriptions/wait-for-checkpoint';
export * from './eventstoredb/client';
export * from './eventstoredb/eventstoredb-event-store';
export { EventStoreAccessDenied } from './eventstoredb/failures';
export { ForeignEvents, type ForeignEventsFound } from './eventstoredb/foreign-events';
export * from './copy/copy-log';
export * from './audit/merkle-tree';
export * from './audit/prove-event';
export * from './audit/read-seals';
export * from './audit/seal-key';
export * from './audit/sealed-events';
export * from './audit/verify-log';
