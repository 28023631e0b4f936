import { parseExposition, sumOf } from '@test/metrics/exposition';
import { Command, CommandBus } from '@nestjs/cqrs';
import { CommandRefused, UnusableAudio } from '@voxpersona/pipeline';
import { Registry } from 'prom-client';
import { measureCommands } from './measure-commands';

class EraseSomething extends Command<number> {}

describe('Measured commands', () => {
  it('are counted by name and outcome, and answered as before', async () => {
    const execute = jest.fn().mockResolvedValueOnce(5);
    const bus = { execute } as unknown as CommandBus;
    const registry = new Registry();
    measureCommands(bus, registry);
    const command = new EraseSomething();
    expect(await bus.execute(command)).toBe(5);
    expect(execute).toHaveBeenCalledWith(command);
    for (const error of [
      new CommandRefused({ code: 'no', message: 'no' }),
      new UnusableAudio('too_long', 'too long'),
      new Error('unforeseen'),
    ]) {
      execute.mockRejectedValueOnce(error);
      await expect(bus.execute(command)).rejects.toBe(error);
    }
    const samples = parseExposition(await registry.metrics());
    const count = (outcome: string): number =>
      sumOf(samples, 'voxpersona_command_duration_seconds_count', { command: 'EraseSomething', outcome });
    expect([count('ok'), count('refused'), count('failed')]).toEqual([1, 2, 1]);
  });
});
