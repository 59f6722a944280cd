interface Alert {
  readonly kind: string;
  /** Key of what it is about. */
  readonly subject: string;
}

interface AlertWords {
  readonly title: string;
  /** What happens meanwhile, and what to do, where the alert's own detail does not say it. */
  readonly advice?: string;
}

/** What waits for an operator, in words; a kind of a later version is named as it is. */
export const describeAlert = ({ kind, subject }: Alert): AlertWords => {
  switch (kind) {
    case "provider-paused":
      return {
        title: `Nothing is sent by “${subject}”`,
        advice: "Its messages are held for up to 23 hours. Mend what it says, then resume.",
      };
    case "quota-reached":
      return {
        title: `No more messages this ${subject} than the workspace's quota allows`,
        advice: "Transactional ones go all the same. The others are sent when the period ends, or when the quota is raised.",
      };
    case "stream-disabled":
      return { title: `The stream “${subject}” is switched off`, advice: "Put the stream again to have it go on." };
    case "stream-failing":
      return { title: `The endpoint of the stream “${subject}” fails`, advice: "It is tried again for three days." };
    case "stream-given-up":
      return { title: `The stream “${subject}” gave up a part` };
    case "stream-dropped":
      return { title: `The stream “${subject}” lost a part` };
    default:
      return { title: `${subject}: ${kind}` };
  }
};
