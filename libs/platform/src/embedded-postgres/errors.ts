import { reasonOf } from '../error-reason';

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

/** A command, or an embedded server, has the database for itself. */
export class InstallationInUse extends Error {
  constructor(holder: string) {
    super(
      `The database is in use by one that must be alone with it (${holder}). Try again when it has ended.`,
    );
    this.name = 'InstallationInUse';
  }
}

/** The embedded database cannot run here; the message says what to do. */
export class EmbeddedPostgresFailed extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EmbeddedPostgresFailed';
  }
}

/** DATABASE_URL names a user, a password or a database that the server does not know: waiting does not help. */
export class DatabaseRefused extends Error {
  constructor(cause: unknown) {
    super(`PostgreSQL refuses DATABASE_URL: ${reasonOf(cause)}. Correct it, then start again.`, { cause });
    this.name = 'DatabaseRefused';
  }
}
