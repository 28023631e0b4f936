export * from './object-storage';
export { FilesystemObjectStorage } from './filesystem/filesystem-object-storage';
export * from './minio/minio-object-storage';
export * from './minio/minio-options';
