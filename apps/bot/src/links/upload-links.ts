import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ENVIRONMENT } from '@voxpersona/composition';
import { IssueUploadLink, TelegramMember } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { Talk } from '../talk/talk';

export interface OfferedLink {
  url: string;
  linkId: string;
  expiresAt: string;
  hours: number;
}

/** Links by which a file comes to us past Telegram. */
@Injectable()
export class UploadLinks {
  /** Told at the start. */
  listeningUrl = '';

  constructor(
    private readonly commands: CommandBus,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async issue(talk: Talk, member: TelegramMember, intakeId: string): Promise<OfferedLink> {
    const { ownerId, memberId } = member;
    const hours = this.environment.UPLOAD_LINK_HOURS;
    const { settings } = talk.chat ?? {};
    const link = {
      ...{ owner: ownerId, memberId },
      ...{ scenario: settings?.scenario ?? null, language: settings?.speechLanguage ?? null },
      ...{ channels: null, reports: ['summary'] },
      origin: { kind: 'telegram' as const, chatId: talk.chatId, intakeId },
    };
    // An update offers one link at most: handled again, it offers the same one.
    const { token, linkId, expiresAt } = await this.commands.execute(
      new IssueUploadLink(link, hours * 3_600, talk.requestOf(member)),
    );
    return { url: `${this.publicUrl}/send#${token}`, linkId, expiresAt, hours };
  }

  /** Whether there is an address that Telegram takes and that leads to an api: else no link is made. */
  get canBeOffered(): boolean {
    const { PUBLIC_URL, ROLES } = this.environment;
    const leadsToApi = PUBLIC_URL !== undefined || ROLES.includes('api');
    return leadsToApi && /[.[]/.test(new URL(this.publicUrl).hostname);
  }

  private get publicUrl(): string {
    return (this.environment.PUBLIC_URL ?? this.listeningUrl).replace(/\/+$/, '');
  }
}
