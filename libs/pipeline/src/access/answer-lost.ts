import { CommandRefused } from '../commands/command-refused';

/**
 * The command was carried out before, and its secret cannot be derived: a build that made secrets at random carried it
 * out.
 *
 * @param advice what to do about it, a sentence
 */
export function answerLost(advice: string): CommandRefused {
  const message = `This was done already, by an earlier version that cannot show its answer again. ${advice}`;
  return new CommandRefused({ code: 'answer_lost', message });
}
