/** Where objects are kept, see the settings MINIO_…. */
export interface MinioOptions {
  /** `http://host:port` or `https://host`. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  region: string;
}
