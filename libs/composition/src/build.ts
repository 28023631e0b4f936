/**
 * Number of this build. While a deploy rolls, the newest build that is alive leads every saga and read model whose fold it has.
 * Raise it with each new type or version of an event and each raised version of a read model; a test notices.
 */
export const BUILD = 1;

/** What the number stands for, as the test works it out: whoever raises the number copies it from there. */
export const BUILD_FINGERPRINT = 'b1ab6d91fc25d2aa';
