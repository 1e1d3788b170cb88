"""One FTP operation with Python's ftplib; the words of the command line say which (test/peers/clients.ts)."""

import ftplib
import sys

operation, host, port, user, password, mode, remote, local = sys.argv[1:]

with ftplib.FTP(timeout=30) as ftp:
    ftp.connect(host, int(port))
    ftp.login(user, password)
    ftp.set_pasv(mode == "passive")
    if operation == "list":
        ftp.retrlines("LIST " + remote, print)
    elif operation == "download":
        with open(local, "wb") as file:
            ftp.retrbinary("RETR " + remote, file.write, blocksize=1 << 16)
    else:
        with open(local, "rb") as file:
            ftp.storbinary("STOR " + remote, file, blocksize=1 << 16)
    ftp.quit()
