import { defineRoute } from '../contract/route';

const tag = 'access';

export const getJoinPage = defineRoute({
  ...{ method: 'GET', path: '/join', tag, operationId: 'getJoinPage' },
  summary: "The page behind an invitation's link.",
  answers: [
    { status: 200, description: 'The page.', content: [{ type: 'text/html', example: '<!doctype html>…' }] },
  ],
  problems: [],
});

export const getJoinScript = defineRoute({
  ...{ method: 'GET', path: '/join.js', tag, operationId: 'getJoinScript' },
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

export const JOIN_ROUTES = [getJoinPage, getJoinScript] as const;
