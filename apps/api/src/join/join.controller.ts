import { Controller, Header } from '@nestjs/common';
import { Handles } from '../contract/handles';
import { JOIN_PAGE, JOIN_SCRIPT } from './join.page';
import { getJoinPage, getJoinScript } from './join.routes';

@Controller()
export class JoinController {
  @Handles(getJoinPage)
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Referrer-Policy', 'no-referrer')
  page(): string {
    return JOIN_PAGE;
  }

  @Handles(getJoinScript)
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return JOIN_SCRIPT;
  }
}
