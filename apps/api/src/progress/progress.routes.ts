import { z } from 'zod';
import { EXAMPLE, idParameter } from '../contract/common';
import { defineRoute } from '../contract/route';

const tag = 'progress';
const STREAM = 'text/event-stream';
const headers = {
  'Last-Event-ID': {
    description:
      'The last id that the client has seen: go on right after it. Browsers send it by themselves.',
    schema: z.string(),
    example: EXAMPLE.position,
  },
};

const MESSAGE = `id: ${EXAMPLE.position}
event: progress
data: {"recordingId":"${EXAMPLE.id}","type":"ChunkTranscribed","status":"processing","stage":"transcribing","chunks":{"total":3,"done":1,"failed":0}}

`;

const SHORT_MESSAGE = `id: ${EXAMPLE.position}
event: progress
data: {"recordingId":"${EXAMPLE.id}","type":"ChunkTranscribed","at":"${EXAMPLE.moment}"}

`;

export const followRecording = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/progress', tag, operationId: 'followRecording' },
  summary: 'What happens to a recording, from its upload on, as it happens.',
  description:
    'Each event of the log that concerns the recording is one message, in order, exactly once for a client that gives `Last-Event-ID`. Ends with the message `end` when nothing is under way any more; to a client that has seen that, the answer is 204.',
  params: { id: idParameter('Id of the recording.') },
  headers,
  query: z.strictObject({}),
  answers: [
    { status: 200, description: 'A stream.', content: [{ type: STREAM, example: MESSAGE }] },
    { status: 204, description: 'Nothing more will come: do not ask again.' },
  ],
  problems: ['erased', 'invalid-after', 'too-many-streams'],
});

export const followWorkspace = defineRoute({
  ...{ method: 'GET', path: '/v1/events/stream', tag, operationId: 'followWorkspace' },
  summary: 'What happens to all recordings of the workspace, as it happens.',
  description: 'Begins now, or right after `Last-Event-ID`. Has no end.',
  headers,
  query: z.strictObject({}),
  answers: [{ status: 200, description: 'A stream.', content: [{ type: STREAM, example: SHORT_MESSAGE }] }],
  problems: ['invalid-after', 'too-many-streams'],
});

export const PROGRESS_ROUTES = [followRecording, followWorkspace] as const;
