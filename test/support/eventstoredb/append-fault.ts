/** What happens to the next append. */
export type AppendFault =
  /** The connection breaks and nothing was written. */
  | 'cut_before'
  /** It is written, and the connection breaks before the answer. */
  | 'cut_after'
  /** It is written, and answered late. */
  | 'slow'
  /** Never answered; the client's deadline ends it. */
  | 'silent'
  /** It is written, and the answer says nothing that can be understood. */
  | 'garbage'
  /** Larger than the node takes. */
  | 'too_large'
  /** This node does not lead any more. */
  | 'not_leader'
  | 'access_denied';
