/** An outage that starts with one append. */
export interface Outage {
  /** Resolves when the append is hit. Its sender gets no answer. */
  readonly begun: Promise<void>;
  readonly hasBegun: boolean;
  /** Resolves when the store is available again. */
  readonly over: Promise<void>;
}

/** The side of an outage that its test double controls. */
export class StagedOutage implements Outage {
  readonly begun: Promise<void>;
  readonly over: Promise<void>;
  hasBegun = false;
  private resolveBegun: () => void = () => undefined;
  private resolveOver: () => void = () => undefined;

  constructor() {
    this.begun = new Promise((resolve) => (this.resolveBegun = resolve));
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
  }

  begin(): void {
    this.hasBegun = true;
    this.resolveBegun();
  }

  end(): void {
    this.resolveOver();
  }
}
