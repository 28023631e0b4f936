import { z } from 'zod';
import { defineEvent } from './event-definition';
import { callRecord } from './values';

/**
 * A call to a model ended after what it was for had been cancelled: its result is not used, but it cost all the same. On
 * the recording's stream, or on the report's.
 */
export const LateCallRecorded = defineEvent(
  'LateCallRecorded',
  z.object({ recordingId: z.uuid(), reportId: z.uuid().nullable(), call: callRecord }),
);
