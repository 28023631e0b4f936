import { Controller, Header } from '@nestjs/common';
import { Handles } from '../contract/handles';
import { SEND_PAGE } from './send.page';
import { SEND_SCRIPT } from './send.script';
import { getSendPage, getSendScript } from './upload-links.routes';

@Controller()
export class SendController {
  @Handles(getSendPage)
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Referrer-Policy', 'no-referrer')
  page(): string {
    return SEND_PAGE;
  }

  @Handles(getSendScript)
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return SEND_SCRIPT;
  }
}
