/** Waits for something, but no longer than so many milliseconds. Its failure is thrown unless it comes later. */
export async function withPatience(something: Promise<unknown>, patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  try {
    await Promise.race([something, patience]);
  } finally {
    clearTimeout(timer);
  }
}
