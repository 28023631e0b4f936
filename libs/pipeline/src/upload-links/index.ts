export * from './issue-upload-link';
export * from './revoke-upload-link';
export * from './upload-links';
