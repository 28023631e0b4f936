import { ACCESS_ROUTES } from '../access/access.routes';
import { DIRECTORY_ROUTES } from '../directory/directory.routes';
import { HEALTH_ROUTES } from '../health/health.routes';
import { JOB_ROUTES } from '../jobs/jobs.routes';
import { JOIN_ROUTES } from '../join/join.routes';
import { METRICS_ROUTES } from '../metrics/metrics.routes';
import { OPERATOR_ROUTES } from '../operator/operator.routes';
import { PROGRESS_ROUTES } from '../progress/progress.routes';
import { LISTENING_COPY_ROUTES } from '../recordings/listening-copy.routes';
import { RECORDING_ROUTES } from '../recordings/recordings.routes';
import { REPORT_ROUTES } from '../reports/reports.routes';
import { REPROCESSING_ROUTES } from '../reprocessings/reprocessings.routes';
import { SEARCH_ROUTES } from '../search/search.routes';
import { TELEGRAM_ROUTES } from '../telegram/telegram.routes';
import { TRAIL_ROUTES } from '../trail/trail.routes';
import { UPLOAD_LINK_ROUTES } from '../upload-links/upload-links.routes';
import { RouteSpec } from './route';

/** Every route of the API that is described. A new one is added to the list of its folder. */
export const ROUTES: readonly RouteSpec[] = [
  ...RECORDING_ROUTES,
  ...LISTENING_COPY_ROUTES,
  ...UPLOAD_LINK_ROUTES,
  ...DIRECTORY_ROUTES,
  ...REPORT_ROUTES,
  ...REPROCESSING_ROUTES,
  ...SEARCH_ROUTES,
  ...PROGRESS_ROUTES,
  ...TRAIL_ROUTES,
  ...JOB_ROUTES,
  ...ACCESS_ROUTES,
  ...JOIN_ROUTES,
  ...TELEGRAM_ROUTES,
  ...OPERATOR_ROUTES,
  ...HEALTH_ROUTES,
  ...METRICS_ROUTES,
];
