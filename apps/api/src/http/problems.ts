/**
 * Every kind of problem that this API answers with: status, title, and an example of what the detail says. They are
 * listed in docs/errors.md, which a test compares with this. A name is never changed once released.
 */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not understood', 'limit: Too big: expected number to be <=200'],
  'unknown-parameter': [
    400,
    'There is no such parameter',
    'There is no parameter "colour". Parameters are: limit, cursor, after.',
  ],
  'invalid-after': [
    400,
    'The position in "after" cannot be used',
    'Give the position exactly as an earlier answer of this server gave it.',
  ],
  'invalid-as-of': [
    400,
    'The moment in "asOf" cannot be used',
    'Give a time such as 2026-11-24T10:00:00Z, or a log position exactly as an answer of this server gave it.',
  ],
  'as-of-in-future': [
    400,
    'The moment in "asOf" lies ahead',
    'asOf is in the future. Omit it to read the current state.',
  ],
  'as-of-before-log': [
    400,
    'The moment in "asOf" lies before everything',
    'Nothing had been recorded yet. Give a later time.',
  ],
  'invalid-cursor': [
    400,
    'The cursor cannot be used',
    'Give the cursor exactly as the page before gave it, with the same sorting.',
  ],
  'invalid-file-name': [
    400,
    'The file name cannot be used',
    'Give the file a plain name, without folders and control characters.',
  ],
  'invalid-clip': [400, 'The clip cannot be cut', 'from must be less than to, at most 3600 seconds apart.'],
  'invalid-idempotency-key': [
    400,
    'The idempotency key cannot be used',
    'An Idempotency-Key has 1 to 255 visible ASCII characters.',
  ],
  'not-authenticated': [401, 'No valid API key', 'Send your key as "Authorization: Bearer vox_…".'],
  'key-expired': [401, 'The API key has expired', 'This key has expired. Make a new one.'],
  'key-revoked': [401, 'The API key was revoked', 'This key was revoked. Make a new one.'],
  'role-not-sufficient': [
    403,
    'Your role does not allow it',
    'An auditor may not do this. It takes one of: owner, admin, analyst.',
  ],
  'scope-not-sufficient': [
    403,
    'The scopes of the key do not allow it',
    'This key is limited to other things. It takes the scope recordings:write.',
  ],
  'member-blocked': [403, 'You are blocked', 'Ask an owner of the workspace to restore you.'],
  'upload-link-not-allowed': [
    403,
    'The maker of the link may not upload',
    'Whoever made this link may no longer upload. Ask somebody else for one.',
  ],
  'key-too-wide': [
    403,
    'A key cannot make a wider one',
    'A key cannot make another that may do more, or lives longer, than itself.',
  ],
  'not-found': [404, 'Not found', 'There is nothing under this address.'],
  'no-speech-found': [404, 'No speech found', 'Nobody speaks in this recording.'],
  'invitation-not-found': [404, 'No such invitation', 'There is no such invitation. Copy the whole link.'],
  'upload-link-not-found': [404, 'No such upload link', 'There is no such upload link. Copy the whole link.'],
  'transcript-not-ready': [
    409,
    'The transcript is not there yet',
    'The recording is still being transcribed.',
  ],
  'still-processing': [
    409,
    'The recording is still being processed',
    'This recording is being processed. Wait until it is done.',
  ],
  'not-comparable': [
    422,
    'The reports cannot be compared',
    'Reports of one type are compared; these are of the types summary and audit.',
  ],
  'nothing-chosen': [
    422,
    'No recording is chosen',
    'The filter finds no recording. Try it with GET /v1/recordings.',
  ],
  'forecast-too-high': [
    422,
    'It would cost too much',
    'This is expected to cost $12.5, which is more than $5. Narrow the filter, or allow more.',
  ],
  'reprocessing-over': [409, 'The batch is over', 'This batch is over.'],
  'nothing-to-judge': [
    409,
    'Nothing waits for a verdict',
    'There is no result here that waits for a verdict.',
  ],
  'verdict-given': [409, 'It was judged already', 'What came of this recording was rejected already.'],
  'projection-busy': [
    409,
    'A rebuild is running',
    'Generation 3 of reports is being built (reading). Wait for it, or cancel it.',
  ],
  'generation-gone': [
    409,
    'There is no such generation to go back to',
    'reports has no generation before 2 to go back to. Rebuild it instead.',
  ],
  'original-missing': [
    409,
    'The audio of the recording is missing',
    'The audio of this recording is missing from the object store. Send the same file again: the recording gets its audio back and keeps its id.',
  ],
  'listening-copy-failed': [
    409,
    'The listening copy could not be made',
    'The listening copy could not be made (unreadable_media). Retry the recording to have it made again.',
  ],
  'nothing-to-retry': [409, 'Nothing to retry', 'Nothing of this recording has failed.'],
  'nothing-to-cancel': [409, 'Nothing to cancel', 'Nothing of this recording is under way.'],
  'recording-failed': [
    409,
    'The recording could not be processed',
    'See the recording for the reason, and retry it there.',
  ],
  'recording-cancelled': [409, 'The recording was cancelled', 'Retry the recording to go on with it.'],
  'job-not-parked': [
    409,
    'The job is not parked',
    'Only a job that was given up can be retried or cancelled.',
  ],
  'last-owner': [
    409,
    'A workspace needs an owner',
    'This is the last active owner. Make another member an owner first.',
  ],
  'key-not-active': [409, 'The key is not active', 'This key is revoked, expired or replaced already.'],
  'limit-reached': [409, 'There are too many', 'You have 50 keys. Revoke some first.'],
  'answer-lost': [
    409,
    'It was done, but its answer cannot be shown',
    'This was done already, by an earlier version that cannot show its answer again. Revoke the key that was made, and make another.',
  ],
  'idempotency-key-in-use': [
    409,
    'A request with this idempotency key is under way',
    'Wait for its answer, or send the request again later.',
  ],
  erased: [410, 'Erased', 'This recording has been erased.'],
  'invitation-used': [
    410,
    'The invitation was used',
    'This invitation has been used; each lets in one person.',
  ],
  'invitation-expired': [
    410,
    'The invitation has expired',
    'This invitation has expired. Ask for a new one.',
  ],
  'invitation-revoked': [
    410,
    'The invitation was taken back',
    'This invitation was taken back. Ask for a new one.',
  ],
  'upload-link-used': [
    410,
    'The upload link was used',
    'This link has been used; each takes one recording. Ask for a new one.',
  ],
  'upload-link-expired': [410, 'The upload link has expired', 'This link has expired. Ask for a new one.'],
  'upload-link-revoked': [
    410,
    'The upload link was taken back',
    'This link was taken back. Ask for a new one.',
  ],
  'precondition-failed': [
    412,
    'It was changed meanwhile',
    'Read it again, and send your change with the new ETag.',
  ],
  'too-large': [
    413,
    'Too large',
    'The file is larger than 2147483648 bytes. Send it in parts, or compressed.',
  ],
  'not-multipart': [
    415,
    'Not a multipart upload',
    'Send the audio as multipart/form-data with a file in the field "file".',
  ],
  'not-json': [415, 'Not JSON', 'Send the body as application/json in UTF-8.'],
  'range-not-satisfiable': [416, 'Beyond the end', 'The recording ends after 81.3 seconds.'],
  'empty-file': [422, 'The file is empty', 'The file holds no bytes. Send it again.'],
  'not-audio': [422, 'Not audio', 'This is not an audio or video file that can be read.'],
  'no-sound': [
    422,
    'No sound in the file',
    'The file holds no sound. Send an audio file or a video with sound.',
  ],
  truncated: [
    422,
    'The file is cut off',
    'Nothing in this file can be heard: it is cut off or damaged. Send it again.',
  ],
  'audio-too-long': [422, 'The recording is too long', 'It is longer than 24 hours.'],
  'audio-too-short': [422, 'The recording is too short', 'The sound is shorter than a tenth of a second.'],
  'invalid-details': [
    422,
    'Some details cannot be taken as they are',
    'date: Give a day of the calendar such as 2026-11-23 or 23.11.2026.',
  ],
  'unknown-report-type': [
    422,
    'There is no such report type',
    'There is no report type "poem". Types are: summary.',
  ],
  'idempotency-key-reused': [
    422,
    'The idempotency key belongs to another request',
    'This Idempotency-Key was used for another request. Give each request a key of its own.',
  ],
  'too-many-requests': [429, 'Too many requests', 'Wait 12 seconds.'],
  'too-many-streams': [429, 'Too many open streams', 'Close one of the 20 streams of this key first.'],
  internal: [500, 'Something went wrong here', 'Tell the operator of this server the request id.'],
  'event-altered': [
    500,
    'The log was altered',
    'The event 0d0f8b5e-7c55-4c1e-8a53-6b9d2b1b3c22 is not what was written (Event 4 of stream recording-a4a3f0f2-6a0e-4c1b-9c86-2f4f6f1f2a11 was changed after it was written: hash_mismatch). Ask the operator to run vox audit verify.',
  ],
  unavailable: [
    503,
    'Not available at the moment',
    'The database or the data folder cannot be reached. Try again soon.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, example: string]>;

export type ProblemName = keyof typeof PROBLEMS;
