import { defineRoute } from '../contract/route';

export const getMetrics = defineRoute({
  ...{ method: 'GET', path: '/metrics', tag: 'health', operationId: 'getMetrics' },
  summary: 'What the server measures of itself, for Prometheus.',
  description: 'With the token of METRICS_TOKEN; where none is set, to this machine only.',
  answers: [
    {
      status: 200,
      description: 'The text format of Prometheus.',
      content: [{ type: 'text/plain', example: 'voxpersona_appends_total{outcome="ok"} 12\n' }],
    },
  ],
  problems: ['not-authenticated', 'not-found'],
});

export const METRICS_ROUTES = [getMetrics] as const;
