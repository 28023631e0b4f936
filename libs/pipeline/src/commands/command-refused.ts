import { Refusal } from '@voxpersona/domain';

/** A decider said no to what a person asked; the API turns the code into a problem. */
export class CommandRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'CommandRefused';
  }
}
