dnl Debian's binary, but for DANE in place of the map types and services that need more libraries.
define(`confMAPDEF', `-DMAP_REGEX -DSOCKETMAP')
define(`confENVDEF', `-DNETINET6 -DHASGETIPNODE')
APPENDDEF(`conf_sendmail_ENVDEF', `-DSTARTTLS -DTLS_EC=2 -DDANE -DDNSMAP -DHAS_GETHOSTBYNAME2 -DIP_SRCROUTE=1')
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_BADRCPT_SHUTDOWN -D_FFR_MAIL_MACRO -D_FFR_MTA_STS -D_FFR_NO_PIPE -D_FFR_REJECT_NUL_BYTE')
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_RESET_MACRO_GLOBALS -D_FFR_RHS -D_FFR_SKIP_DOMAINS -D_FFR_TLS_ALTNAMES')
APPENDDEF(`conf_sendmail_LIBS', `-lssl -lcrypto')
define(`confLIBS', `-lresolv')
define(`confOPTIMIZE', `-O2 -w')
