export * from './buckets';
export * from './follower-metrics';
export * from './job-metrics';
export * from './measure-commands';
export * from './on-demand';
export * from './sweeper-metrics';
export * from './unhandled-rejections';
export * from './vector-index-metrics';
