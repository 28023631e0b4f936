/** Tables of the read models, by the names of their first generations. */
export type ReadTable =
  | 'read_recordings'
  | 'read_transcripts'
  | 'read_reports'
  | 'read_api_keys'
  | 'read_members'
  | 'read_invitations'
  | 'read_access_trail'
  | 'read_directory'
  | 'read_passages'
  | 'read_reprocessings'
  | 'read_reprocessing_items'
  | 'read_events';

/** Which tables serve now. Read once for an answer, so that it comes from one generation throughout. */
export type ActiveTables = Readonly<Record<ReadTable, string>>;
