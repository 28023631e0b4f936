import { CommandBus, ICommand } from '@nestjs/cqrs';
import { CommandRefused, UnusableAudio } from '@voxpersona/pipeline';
import { Histogram, Registry } from 'prom-client';
import { LOCAL_SECONDS } from './buckets';

type CommandOutcome = 'ok' | 'refused' | 'failed';

/** Measures every command that goes over this bus, of people and of jobs alike, by the name of its class. */
export function measureCommands(bus: CommandBus, registry: Registry): void {
  const duration = new Histogram({
    name: 'voxpersona_command_duration_seconds',
    help: 'How long a command took, by its name and outcome.',
    labelNames: ['command', 'outcome'],
    buckets: LOCAL_SECONDS,
    registers: [registry],
  });
  const execute = bus.execute.bind(bus) as (command: ICommand, ...context: unknown[]) => Promise<unknown>;
  const measured = async (command: ICommand, ...context: unknown[]): Promise<unknown> => {
    const startedAt = performance.now();
    const observe = (outcome: CommandOutcome): void =>
      duration.observe(
        { command: command.constructor.name, outcome },
        (performance.now() - startedAt) / 1_000,
      );
    try {
      const result = await execute(command, ...context);
      observe('ok');
      return result;
    } catch (error) {
      observe(isRefusal(error) ? 'refused' : 'failed');
      throw error;
    }
  };
  // The bus has no place for a wrapper; what it is called by is replaced, so no caller can go round it.
  bus.execute = measured;
}

/** What was asked cannot be had; nothing is wrong here. */
function isRefusal(error: unknown): boolean {
  return error instanceof CommandRefused || error instanceof UnusableAudio;
}
