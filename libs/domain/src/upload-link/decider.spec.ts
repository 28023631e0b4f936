import { given } from '@test/domain/given';
import { OWNER, RECORDING, REPORT as OTHER } from '@test/domain/some';
import { digest, EARLIER, LATER, NOW } from '@test/domain/workspace';
import { refusalOfUploadLink, uploadLinkDecider } from './decider';
import { UploadLink, UploadLinkEvent } from './events';

const linkId = '00000000-0000-4000-8000-0000000000aa';
const memberId = '00000000-0000-4000-8000-0000000000bb';
const link: UploadLink = {
  ...{ linkId, owner: OWNER, memberId, secretSha256: digest('a'), expiresAt: LATER },
  ...{ scenario: null, language: 'en', channels: null, reports: ['summary'], origin: { kind: 'rest' } },
};
const issued: UploadLinkEvent = { type: 'UploadLinkIssued', data: link };
const used = (recordingId = RECORDING, duplicate = false): UploadLinkEvent => ({
  type: 'UploadLinkUsed',
  data: { linkId, recordingId, duplicate },
});
const revoked: UploadLinkEvent = { type: 'UploadLinkRevoked', data: { linkId } };

const useIt = {
  type: 'UseUploadLink' as const,
  ...{ secretSha256: digest('a'), now: NOW, recordingId: RECORDING, duplicate: false },
};
const revoke = (by: Partial<{ owner: string; memberId: string; role: 'admin' | 'analyst' }> = {}) => ({
  type: 'RevokeUploadLink' as const,
  by: { owner: OWNER, memberId, role: 'analyst' as const, ...by },
});
const links = (...events: UploadLinkEvent[]) => given(uploadLinkDecider, events);

describe('An upload link', () => {
  it('is issued once', () => {
    links().when({ type: 'IssueUploadLink', link }).then(issued);
    links(issued).when({ type: 'IssueUploadLink', link }).thenRefused('link_exists');
  });

  it('takes one recording', () => {
    links(issued).when(useIt).then(used());
    links(issued)
      .when({ ...useIt, duplicate: true })
      .then(used(RECORDING, true));
    links(issued, used())
      .when({ ...useIt, recordingId: OTHER })
      .thenRefused('link_used');
    links(issued, used(RECORDING, true))
      .when({ ...useIt, recordingId: OTHER })
      .thenRefused('link_used');
  });

  it('takes the same recording again, while it may', () => {
    links(issued, used()).when(useIt).thenNothing();
    links(issued, used())
      .when({ ...useIt, duplicate: true })
      .thenNothing();
    links(issued, used(RECORDING, true)).when(useIt).thenNothing();
    links(issued, used())
      .when({ ...useIt, now: LATER })
      .thenRefused('link_expired');
    links(issued, used())
      .when({ ...useIt, secretSha256: digest('b') })
      .thenRefused('link_not_found');
  });

  it('is told from one that is not there only by its secret', () => {
    links().when(useIt).thenRefused('link_not_found');
    for (const events of [[issued], [issued, used()], [issued, revoked]]) {
      links(...events)
        .when({ ...useIt, secretSha256: digest('b') })
        .thenRefused('link_not_found');
    }
    // Nor does what stands for the hash of none open anything.
    links()
      .when({ ...useIt, secretSha256: digest('0') })
      .thenRefused('link_not_found');
  });

  it('ends', () => {
    links(issued)
      .when({ ...useIt, now: LATER })
      .thenRefused('link_expired');
    links(issued)
      .when({ ...useIt, now: EARLIER })
      .thenTypes('UploadLinkUsed');
  });

  it('is taken back by its member and by those who manage, until it is used', () => {
    links(issued).when(revoke()).then(revoked);
    links(issued)
      .when(revoke({ memberId: OTHER, role: 'admin' }))
      .then(revoked);
    links(issued, revoked).when(revoke()).thenNothing();
    links(issued, revoked).when(useIt).thenRefused('link_revoked');
    links(issued, used()).when(revoke()).thenRefused('link_used');
    links().when(revoke()).thenRefused('link_not_found');
  });

  it('is not there for others', () => {
    links(issued)
      .when(revoke({ memberId: OTHER }))
      .thenRefused('link_not_found');
    links(issued)
      .when(revoke({ owner: OTHER, role: 'admin' }))
      .thenRefused('link_not_found');
  });

  it('tells beforehand what it would answer', () => {
    const shown = { secretSha256: digest('a'), now: NOW };
    expect(refusalOfUploadLink(links(issued).state, shown)).toBeUndefined();
    expect(refusalOfUploadLink(links(issued, used()).state, shown)?.code).toBe('link_used');
    expect(refusalOfUploadLink(links().state, shown)?.code).toBe('link_not_found');
  });
});
