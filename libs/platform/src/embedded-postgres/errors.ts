/** Another server uses this data folder. */
export class DataFolderInUse extends Error {
  constructor(
    readonly dataFolder: string,
    holder: string,
  ) {
    super(
      `The data folder ${dataFolder} is in use by another VoxPersona server (${holder}). ` +
        'Stop that one, or give this one a folder of its own by VOXPERSONA_DATA_DIR.',
    );
    this.name = 'DataFolderInUse';
  }
}

/** The embedded database cannot run here; the message says what to do. */
export class EmbeddedPostgresFailed extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EmbeddedPostgresFailed';
  }
}
