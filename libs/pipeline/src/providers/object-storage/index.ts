export * from './object-storage';
export { FilesystemObjectStorage } from './filesystem/filesystem-object-storage';
