/** Port of memcached, counted from that of the proxy. */
export const MEMCACHED_OFFSET = 4;

/** Configuration of one Swift node with the S3 API, by file name. Ports count up from that of the proxy. */
export function swiftConfig(options: {
  folder: string;
  port: number;
  user: string;
  secretKey: string;
}): Record<string, string> {
  const { folder, port, user, secretKey } = options;
  const filters = [
    ...['catch_errors', 'gatekeeper', 'healthcheck', 'cache', 'listing_formats', 'bulk', 's3api', 'tempauth'],
    ...['copy', 'slo', 'versioned_writes'],
  ];
  const section = (name: string, values: Record<string, string | number>): string =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n');
  const own: Record<string, Record<string, string | number>> = {
    s3api: {
      location: 'us-east-1',
      s3_acl: 'false',
      check_bucket_owner: 'false',
      min_segment_size: 5_242_880,
    },
    // Tokens of who has logged in are kept there, and nowhere else.
    cache: { use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${port + MEMCACHED_OFFSET}` },
    tempauth: { user_test_tester: `${secretKey} .admin` },
  };
  const common = { bind_ip: '127.0.0.1', user, swift_dir: folder, workers: 0, log_level: 'ERROR' };
  const storage = (name: string, offset: number): string =>
    [
      section('DEFAULT', {
        ...common,
        bind_port: port + offset,
        devices: `${folder}/devices`,
        mount_check: 'false',
        disable_fallocate: 'true',
      }),
      section('pipeline:main', { pipeline: `${name}-server` }),
      section(`app:${name}-server`, { use: `egg:swift#${name}` }),
    ].join('\n');
  return {
    'swift.conf': [
      section('swift-hash', { swift_hash_path_prefix: 'test', swift_hash_path_suffix: 'test' }),
      section('storage-policy:0', { name: 'only', default: 'yes' }),
    ].join('\n'),
    'object.conf': storage('object', 1),
    'container.conf': storage('container', 2),
    'account.conf': storage('account', 3),
    'proxy.conf': [
      section('DEFAULT', { ...common, bind_port: port }),
      section('pipeline:main', { pipeline: `${filters.join(' ')} proxy-server` }),
      section('app:proxy-server', {
        use: 'egg:swift#proxy',
        allow_account_management: 'true',
        account_autocreate: 'true',
      }),
      ...filters.map((name) => section(`filter:${name}`, { use: `egg:swift#${name}`, ...own[name] })),
    ].join('\n'),
  };
}
