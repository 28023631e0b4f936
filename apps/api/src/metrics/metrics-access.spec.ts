import { metricsAccess } from './metrics-access';

const here = { authorization: undefined, peer: '127.0.0.1', isForwarded: false };

describe('Access to the metrics', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('is open to %s without a token', (peer) =>
    expect(metricsAccess({ ...here, peer }, undefined)).toBe('allowed'),
  );

  it.each(['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '1127.0.0.1', '127.0.0.1.example', ''])(
    'is hidden from %j without a token',
    (peer) => expect(metricsAccess({ ...here, peer }, undefined)).toBe('hidden'),
  );

  it('is hidden from a proxy on this machine, and where the peer is not known', () => {
    expect(metricsAccess({ ...here, isForwarded: true }, undefined)).toBe('hidden');
    expect(metricsAccess({ ...here, peer: undefined }, undefined)).toBe('hidden');
    expect(metricsAccess({ ...here, peer: '10.0.0.1', authorization: 'Bearer undefined' }, undefined)).toBe(
      'hidden',
    );
  });

  it('is by the token where there is one, from anywhere and only so', () => {
    const far = { peer: '10.0.0.1', isForwarded: true };
    expect(metricsAccess({ ...far, authorization: 'Bearer s3cret' }, 's3cret')).toBe('allowed');
    expect(metricsAccess({ ...far, authorization: 'bearer s3cret' }, 's3cret')).toBe('allowed');
    for (const authorization of [undefined, '', 'Bearer', 'Bearer s3cre', 'Bearer s3cret2', 'Basic s3cret'])
      expect(metricsAccess({ ...here, authorization }, 's3cret')).toBe('token-wrong');
  });
});
