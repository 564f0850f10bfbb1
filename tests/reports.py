"""What mail servers and mailboxes write when a letter of ours could not be delivered, or is not wanted."""


def a_bounce(*, action="failed", status="5.1.1", diagnosis="smtp; 550 5.1.1 <lea@example.org>: User unknown"):
    """As Postfix writes them."""
    return f"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounce+x1@ville.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4D2F1A0B3C.1774875960/mx.example"

This is a MIME-encapsulated message.

--4D2F1A0B3C.1774875960/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4D2F1A0B3C.1774875960/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 30 Mar 2026 13:06:00 +0000 (UTC)

Final-Recipient: rfc822; lea@example.org
Original-Recipient: rfc822;lea@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: {diagnosis}

--4D2F1A0B3C.1774875960/mx.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <bounce+x1@ville.example>
Subject: Bonjour

Le pont.

--4D2F1A0B3C.1774875960/mx.example--
""".replace("\n", "\r\n").encode()


def a_complaint(*, kind="abuse", boundary="part1_13d.2e68ed54_boundary"):
    """The second example of RFC 5965, with addresses of ours."""
    return f"""From: <abusedesk@example.com>
Date: Thu, 8 Mar 2005 17:40:36 EDT
Subject: FW: Earn money
To: <complaints@ville.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP
192.0.2.1 on Thu, 8 Mar 2005 14:00:00 EDT.
--{boundary}
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <bounce+x1@ville.example>
Original-Rcpt-To: <user@example.com>
Reported-Domain: example.net

--{boundary}
Content-Type: message/rfc822
Content-Disposition: inline

Received: from mailserver.example.net (mailserver.example.net [192.0.2.1]) by example.com
From: <no-reply@ville.example>
List-Unsubscribe: <https://ville.example/leave/x>, <mailto:leave+x2@ville.example?subject=unsubscribe>
Subject: Earn money

Spam Spam Spam
--{boundary}--
""".encode()
