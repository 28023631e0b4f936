import { SCENARIOS } from '@voxpersona/domain';
import { z } from 'zod';
import { EXAMPLE, idParameter, moment, position, recordedAnswer } from '../contract/common';
import { defineRoute } from '../contract/route';
import { channelsField, DEFAULT_REPORTS, languageField } from '../recordings/upload-fields';

const tag = 'upload links';
const json = 'application/json';
const TOKEN = 'voxup_…';
const BY_TOKEN = `Takes the token of a link, what stands behind its #, as \`Authorization: Upload ${TOKEN}\`.`;

/** Why a link lets nobody upload. */
const linkProblems = [
  'upload-link-not-found',
  'upload-link-used',
  'upload-link-expired',
  'upload-link-revoked',
  'upload-link-not-allowed',
] as const;

const newUploadLink = z
  .strictObject({
    scenario: z.enum(SCENARIOS).nullable().default(null),
    language: languageField.meta({ description: 'ISO 639-1; null: detected.' }),
    channels: channelsField.meta({
      description:
        '`separate`: each channel is transcribed by itself, as in an upload; null: as the workspace has it when the file comes.',
    }),
    reports: z
      .array(z.string().min(1).max(100))
      .max(50)
      .default(DEFAULT_REPORTS)
      .meta({ description: 'Report types that the recording gets.' }),
  })
  .meta({ id: 'NewUploadLink' });

const issuedUploadLink = z
  .object({
    id: z.uuid(),
    url: z.string().meta({ description: 'A page of this server that takes one file. Shown this once.' }),
    expiresAt: moment,
    position,
  })
  .meta({ id: 'IssuedUploadLink' });

const uploadLinkStatus = z
  .object({
    expiresAt: moment,
    maxBytes: z.number().int().meta({ description: 'Largest file.' }),
    maxHours: z.number().meta({ description: 'Longest recording.' }),
  })
  .meta({ id: 'UploadLinkStatus' });

const linkUploadForm = z
  .object({
    file: z
      .string()
      .meta({ format: 'binary', description: 'Any audio, or a video with sound, that ffmpeg reads.' }),
  })
  .meta({ id: 'LinkUploadForm' });

const linkUploadAnswer = z
  .object({
    id: z.uuid().meta({ description: 'Of the recording.' }),
    duplicate: z.boolean().meta({ description: 'This audio was here already, and nothing was changed.' }),
    restored: z
      .boolean()
      .meta({ description: 'This audio was here already, but its original was missing, and is back now.' }),
    position,
  })
  .meta({ id: 'LinkUploadAnswer' });

const UPLOADED = { id: EXAMPLE.id, duplicate: false, restored: false, position: EXAMPLE.position };

export const issueUploadLink = defineRoute({
  ...{ method: 'POST', path: '/v1/upload-links', tag, operationId: 'issueUploadLink' },
  summary: 'Make a link by which somebody without a key sends one recording, which is then yours.',
  description: 'It works for UPLOAD_LINK_HOURS, and no longer than the key that made it.',
  idempotency: 'answer',
  body: {
    ...{ type: json, schema: newUploadLink, optional: true },
    example: { scenario: 'interview', language: null, channels: null, reports: ['summary'] },
  },
  answers: [
    {
      ...{ status: 201, description: 'The link, which is shown this once.' },
      content: [
        {
          ...{ type: json, schema: issuedUploadLink },
          example: {
            ...{ id: EXAMPLE.otherId, url: `https://vox.example.com/send#${TOKEN}` },
            ...{ expiresAt: EXAMPLE.moment, position: EXAMPLE.position },
          },
        },
      ],
    },
  ],
  problems: ['unknown-report-type'],
});

export const revokeUploadLink = defineRoute({
  ...{ method: 'DELETE', path: '/v1/upload-links/:id', tag, operationId: 'revokeUploadLink' },
  summary: 'Take a link back that was not used yet: your own; owners and admins those of all.',
  params: { id: idParameter('Id of the link.') },
  answers: [recordedAnswer(200, 'Taken back.')],
  problems: ['upload-link-not-found', 'upload-link-used'],
});

export const readUploadLink = defineRoute({
  ...{ method: 'POST', path: '/v1/upload-links/status', tag, operationId: 'readUploadLink' },
  summary: 'Whether a link still takes a recording, until when, and how large.',
  description: BY_TOKEN,
  idempotency: 'question',
  answers: [
    {
      ...{ status: 200, description: 'It does.' },
      content: [
        {
          ...{ type: json, schema: uploadLinkStatus },
          example: { expiresAt: EXAMPLE.moment, maxBytes: 2_147_483_648, maxHours: 24 },
        },
      ],
    },
  ],
  // It takes no body, but one that is there is parsed.
  problems: [...linkProblems, 'invalid-request', 'not-json', 'too-large'],
});

export const sendByUploadLink = defineRoute({
  ...{ method: 'POST', path: '/v1/upload-links/use', tag, operationId: 'sendByUploadLink' },
  summary: 'Send the recording that a link takes.',
  description: `${BY_TOKEN} What was taken closes the link; a file that was refused, or broken off, leaves it open.`,
  idempotency: 'upload',
  body: { type: 'multipart/form-data', schema: linkUploadForm, example: { file: '(bytes)' } },
  answers: [
    {
      status: 202,
      description: 'Accepted, and kept whatever happens now.',
      content: [{ type: json, schema: linkUploadAnswer, example: UPLOADED }],
    },
    {
      status: 200,
      description: 'This audio is here already.',
      content: [{ type: json, schema: linkUploadAnswer, example: { ...UPLOADED, duplicate: true } }],
    },
  ],
  problems: [
    ...linkProblems,
    ...(['invalid-request', 'invalid-file-name', 'not-multipart', 'not-json', 'too-large'] as const),
    ...(['empty-file', 'not-audio', 'no-sound', 'truncated', 'audio-too-long', 'audio-too-short'] as const),
  ],
});

export const getSendPage = defineRoute({
  ...{ method: 'GET', path: '/send', tag, operationId: 'getSendPage' },
  summary: 'The page behind an upload link.',
  answers: [
    { status: 200, description: 'The page.', content: [{ type: 'text/html', example: '<!doctype html>…' }] },
  ],
  problems: [],
});

export const getSendScript = defineRoute({
  ...{ method: 'GET', path: '/send.js', tag, operationId: 'getSendScript' },
  summary: 'The script of that page.',
  answers: [
    {
      status: 200,
      description: 'The script.',
      content: [{ type: 'text/javascript', example: "'use strict';…" }],
    },
  ],
  problems: [],
});

export const UPLOAD_LINK_ROUTES = [
  issueUploadLink,
  revokeUploadLink,
  readUploadLink,
  sendByUploadLink,
  getSendPage,
  getSendScript,
] as const;
