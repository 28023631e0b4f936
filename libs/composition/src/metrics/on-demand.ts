/** Figures that nobody counts as things happen; they are read when somebody asks. */
export interface OnDemand {
  /** Reads the figures and shows them; rejects when they cannot be had. */
  read(): Promise<void>;
  /** Shows none: a figure that cannot be had is left out, never told as it was. */
  forget(): void;
}

/** Reads all of them at once; what fails, or takes longer than `patienceMs`, is left out of the answer. */
export async function readOnDemand(figures: readonly OnDemand[], patienceMs: number): Promise<void> {
  await Promise.all(
    figures.map(async (figure) => {
      try {
        await inTime(figure.read(), patienceMs);
      } catch {
        figure.forget();
      }
    }),
  );
}

async function inTime(work: Promise<void>, patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs);
  });
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
