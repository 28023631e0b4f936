/** An outage that a test stages at one append. */
export interface Outage {
  /** Resolves when the append was hit: nobody gets its answer. */
  readonly begun: Promise<void>;
  readonly hasBegun: boolean;
  /** Resolves when the store answers again. */
  readonly over: Promise<void>;
}

/** An outage as seen by the test double that stages it. */
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
