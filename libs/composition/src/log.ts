/** Where the composition tells what it does; Nest's loggers fit. */
export interface CompositionLog {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
